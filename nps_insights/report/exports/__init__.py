"""The report as other files: workbook, chat message, PDF."""
