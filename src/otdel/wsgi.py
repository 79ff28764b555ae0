"""wsgi"""
