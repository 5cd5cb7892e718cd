"""Stories: sales, licences, pledges, contracts, offers; the simulation draws them and writes the ledger."""
