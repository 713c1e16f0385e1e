"""The service, in layers: main, adapters, application, domain; and the platform beside them."""
