"""What every installation begins with: regions, countries, themes and topics, site pages, and the two groups of staff.

The rows stand in files beside this one. ISO codes, names and regions of the
countries follow ISO 3166-1 and the grouping of the Monitor's reports.
"""
