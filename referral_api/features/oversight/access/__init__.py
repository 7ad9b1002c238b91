"""Who could read a case at some moment: asked by its owner, and by auditors, who are told nothing about the child."""
