"""The world: organisations, patents and places of the province, its agenda of stories, and the ledger of every change."""
