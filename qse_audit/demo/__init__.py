"""The demo company: a year of records, made through the services as people would have."""
