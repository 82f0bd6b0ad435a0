"""The tables' history, forward only. A new version is a file in versions/, numbered on from the one before."""
