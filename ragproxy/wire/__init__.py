"""OpenAI's JSON to the domain and back: every shape once, both ways. No Flask here; import the modules themselves."""
