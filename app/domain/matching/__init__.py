"""Which item of the unified catalogue a member's own row means (编码对照).

Rules of the trade decide, text only proposes: strength, form family, salt and maker are parsed and
compared as facts, each comparison says what it found, and a pair whose facts disagree is never
accepted by the program, however alike the texts are.
"""
