"""The rules that guide and pyx12 do not have: about the file, the people, their dates and their coverage."""
