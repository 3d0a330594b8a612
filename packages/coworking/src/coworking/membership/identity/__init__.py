"""Who members are, confirmed before they are served: records, their ways and papers, letters to the address, suspicions
(Act on Prevention of Transfer of Criminal Proceeds)."""
