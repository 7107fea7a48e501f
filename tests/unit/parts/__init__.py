"""Parts: a list that is cut into pieces holds what the document holds, or it is an error."""
