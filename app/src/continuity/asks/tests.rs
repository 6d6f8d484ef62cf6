//! Asks by hand: rows as the rule would write them, and who reads them as what.
