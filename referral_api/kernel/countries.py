"""The countries of the world, by their codes (ISO 3166-1 alpha-2), as the time zone database publishes them."""

from importlib.resources import files

__all__ = ["COUNTRIES"]

COUNTRIES = tuple(
    line.partition("\t")[0]
    for line in files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
