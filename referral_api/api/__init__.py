"""The hall: what every route shares. A room declares its routes (`Room`); the door (`door.py`) makes the checks, in one order, before a route runs."""
