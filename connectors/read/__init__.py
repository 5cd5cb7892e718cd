"""Rows out of bytes: JSON, HTML, workbooks, CSV, XML, zips, and the files of an inbox."""
