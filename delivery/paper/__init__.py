"""The pages that ``delivery/printed.py`` fills in: templates, and nothing that runs."""
