"""What a person looks at: lines for a terminal, facts for scripts, pages and papers.

Everything is a pure function from outcomes, plans and transmissions to text; nothing is read or printed here, and
values about people are masked unless the caller was told to reveal them.
Colours and streams are ``edi834/commands``'s.
"""
