"""Documents to keep and to send: from a plain model of a document to DOCX with tracked changes and to tagged PDF.

Pure of Django and of the rooms: whoever has something to say builds a :class:`~hemvist.documents.model.Document` and
asks for the file.
"""
