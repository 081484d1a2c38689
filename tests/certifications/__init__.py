"""Tests of the certifications."""
