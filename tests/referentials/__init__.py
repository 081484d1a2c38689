"""Tests of the referentials and of the shipped content."""
