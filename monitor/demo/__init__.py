"""The demonstration: profiles written for it, sample accounts, and a page on which its mails are read.

Served on this machine alone, with settings of its own (`monitor.demo.settings`); an installation never comes here.
"""
