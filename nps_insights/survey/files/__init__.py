"""Read a file: text, workbooks, Parquet, archives, databases; within limits."""
