"""Members: inviting people, giving them roles that a second person confirms, seeing them leave."""
