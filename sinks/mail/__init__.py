"""Mail 邮件: who follows something by mail, the letters that wait, and the process that hands them to a mail server.

The portal writes a digest and moves the place of its follow in one transaction; the process ``webhooks`` hands it on and then deletes
it. A kill loses no letter. One that was handed on just before a kill is handed on again under the same Message-ID: of a folder
that is the same file, of a mail server a second copy, for SMTP has no answer by which a sender could know (RFC 1047).
"""
