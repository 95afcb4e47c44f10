"""Tables as a reader meets them, row by row: shared by chapters, the first screen and the workbook."""
