"""The engine that makes connections, any number at once, behind the hands for HTTP, TCP, TLS."""
