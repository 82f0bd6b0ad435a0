"""The edge: the only room that knows Flask. One file a resource; a view is a few lines."""
