"""The files that councils hold, with their true headings and made-up rows: written here, kept in tests/data/held.

`python -m tests.held_files` writes them anew. Codes are of no ward, no small area and no provider that there is.
"""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

FOLDER = Path(__file__).parent / "data" / "held"
COUNCIL = "Ambleford"
WARDS = {
    "E05990001": ("Harbour", 98, 46.2),
    "E05990002": ("Market Place", 86, 38.5),
    "E05990003": ("Dale Head", 41, 12.4),
}
"""Wards of the council: name, size, deprivation."""
AGES = [f"{sex}{age}" for sex in "FM" for age in range(91)]
WARD_HEADER = ["LAD 2023 Code", "LAD 2023 Name", "Ward 2023 Code", "Ward 2023 Name", "Total", *AGES]
IMD = "Index of Multiple Deprivation (IMD)"
DIRECTORY_HEADER = [
    "Name", "Also known as", "Address", "Postcode", "Phone number", "Service's website (if available)",
    "Service types", "Date of latest check", "Specialisms/services", "Provider name", "Local authority", "Region",
    "Location URL", "CQC Location ID (for office use only)", "CQC Provider ID (for office use only)",
]  # fmt: skip
TRACKER_HEADER = [
    "cqcid", "odscode", "location", "local_authority", "regionname", "cqcsurveylastupdatedutc", "confirmedsave",
    "serviceusercount", "usersnhsla", "usersselffunded", "returnedpocpercent", "hourspaiddomcare",
    "hoursovertimedomcare", "hoursabsencedomcare", "extrahourscount",
]  # fmt: skip


def people(ward: int, age: int) -> int:
    """How many of one sex and year of age are made up to live in the ward of this row."""
    size = [*WARDS.values(), ("Elsewhere", 55, 20.0)][ward][1]
    return round(size * (0.62 if age < 65 else 0.38 if age < 85 else 0.12 if age < 90 else 0.5))


def ward_rows() -> list[list[object]]:
    """Rows of ward estimates: the council's wards, and one of another."""
    rows: list[list[object]] = []
    for place, code in enumerate([*WARDS, "E05990099"]):
        counts = [people(place, age) for _ in "FM" for age in range(91)]
        name = WARDS[code][0] if code in WARDS else "Elsewhere"
        district = ("E06990001", COUNCIL) if code in WARDS else ("E06990002", "Elsewhere")
        rows.append([*district, code, name, sum(counts), *counts])
    return rows


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """An Excel workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def opendocument(sheets: dict[str, list[list[object]]]) -> bytes:
    """An OpenDocument spreadsheet, with the empty rest of each sheet that office programs write."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    rest = '<table:table-cell table:number-columns-repeated="16000"/>'
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(f"<table:table-row>{''.join(map(_cell, row))}{rest}</table:table-row>" for row in rows)
        + f'<table:table-row table:number-rows-repeated="1048000">{rest}</table:table-row></table:table>'
        for name, rows in sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in {
            "mimetype": kind,
            "META-INF/manifest.xml": f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{manifest}">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>{body}'
            "</office:document-content>",
        }.items():
            parts.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _cell(value: object) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value:%Y-%m-%d}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def comma_separated(rows: list[list[object]], separator: str = ",") -> str:
    """Rows as text, as Excel saves them."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def deprivation(year: int) -> str:
    """Deprivation by small area: two areas a ward, one of more people than the other."""
    census, districts, people = {2019: (2011, 2019, "mid 2015 (excluding prisoners)"), 2025: (2021, 2024, "mid 2022")}[
        year
    ]
    header = [
        f"LSOA code ({census})", f"LSOA name ({census})", f"Local Authority District code ({districts})",
        f"Local Authority District name ({districts})", f"{IMD} Score", f"{IMD} Rank (where 1 is most deprived)",
        f"{IMD} Decile (where 1 is most deprived 10% of LSOAs)", "Income Score (rate)", f"Total population: {people}",
        f"Older population aged 60 and over: {people}",
    ]  # fmt: skip
    rows: list[list[object]] = [header]
    for place, (_, _, score) in enumerate(WARDS.values(), start=1):
        for part, (more, residents) in enumerate(((3.0, 1000), (-1.0, 3000))):
            area = [f"E0199{place:03}{part}", f"{COUNCIL} {place:03}{'AB'[part]}", "E06990001", COUNCIL]
            rows.append([*area, f"{score + more:.3f}", 9000, 3, 0.12, residents, 300])
    rows.append(["E01999990", "Elsewhere 001A", "E06990002", "Elsewhere", "20.000", 9000, 3, 0.12, 1500, 300])
    return comma_separated(rows)


def lookup() -> str:
    """The lookup from small areas to wards."""
    rows: list[list[object]] = [["LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM", "ObjectId"]]
    for place, (code, (name, _, _)) in enumerate(WARDS.items(), start=1):
        rows += [
            [f"E0199{place:03}{part}", f"{COUNCIL} {place:03}{'AB'[part]}", code, name, "E06990001", COUNCIL, place]
            for part in range(2)
        ]
    return comma_separated(rows)


def centres() -> str:
    """A list of a council's own, with its own headings: where its wards are, as a semicolon locale saves it."""
    rows: list[list[object]] = [["Ward code", "Ward", "Lat", "Long", "Area (km²)", "Councillor"]]
    rows += [
        [code, name, f"54,{302 + place}", f"-1,{402 + place}", f"{3.1 + place:.1f}".replace(".", ","), "A. N. Other"]
        for place, (code, (name, _, _)) in enumerate(WARDS.items())
    ]
    return comma_separated(rows, ";")


def directory() -> str:
    """The regulator's directory as published: four lines, the header, and services of every kind."""

    def service(name: str, types: str, authority: str, number: int) -> list[object]:
        checked = f"{number:02}/04/2026"
        return [name, "", "1 Some Street, Ambleford", "AM1 1AA", "01234567890", "", types, checked, "Personal care",
                f"{name} Ltd", authority, "North East", f"https://www.cqc.org.uk/location/1-{number}", f"1-{number}",
                f"1-90{number}"]  # fmt: skip

    above: list[list[object]] = [
        ["Care Quality Commission: care directory"], ["Made up for tests: there are no such services"],
        ["Produced on", "01/04/2026"], [], DIRECTORY_HEADER,
    ]  # fmt: skip
    return comma_separated([
        *above,
        service("Café Care at Home", "Homecare agencies", COUNCIL, 11),
        service("Harbour Homecare", "Supported living|Homecare agencies", COUNCIL, 12),
        service("The Elms", "Residential homes", COUNCIL, 13),
        service("Dale Extra Care", "Extra Care housing services|Homecare agencies", COUNCIL, 14),
        service("Faraway Homecare", "Homecare agencies", "Elsewhere", 15),
    ])  # fmt: skip


def filtered_directory() -> bytes:
    """The regulator's active locations with filters, as its spreadsheet."""
    flags = ["Service type - Care home service with nursing", "Service type - Domiciliary care service"]
    header: list[object] = [
        "Location ID", "Location HSCA start date", "Dormant (Y/N)", "Care home?", "Location Name", "Location ODS Code",
        "Location Latest Overall Rating", "Publication Date", "Location Region", "Location Local Authority",
        "Location Latitude", "Location Longitude", "Provider Name", "Provider Ownership Type", "Brand Name", *flags,
    ]  # fmt: skip

    def location(number: int, name: str, rating: str, authority: str, owner: str, homecare: str) -> list[object]:
        return [f"1-{number}", datetime(2020, 4, 6), "N", "N", name, "", rating, date(2025, 3, 7), "North East",
                authority, 54.301 + number / 1e4, -1.405, f"{name} Ltd", owner, "-", "", homecare]  # fmt: skip

    rows = [
        header,
        location(11, "Café Care at Home", "Good", COUNCIL, "Organisation", "Y"),
        location(12, "Harbour Homecare", "Requires improvement", COUNCIL, "Partnership", "Y"),
        location(13, "The Elms", "Good", COUNCIL, "Organisation", ""),
        location(14, "Dale Extra Care", "", COUNCIL, "Local Authority", "Y"),
        location(15, "Faraway Homecare", "Good", "Elsewhere", "Organisation", "Y"),
    ]
    return opendocument(
        {"README": [["Made up for tests"], ["Produced", date(2026, 4, 1)]], "HSCA_Active_Locations": rows}
    )


def tracker() -> str:
    """The Capacity Tracker's rows of homecare: a service twice, the later row first."""
    return comma_separated([
        TRACKER_HEADER,
        ["1-11", "ODS1", "Café Care at Home", COUNCIL, "North East", "20/04/2026 09:15", "Yes", "110", "80", "30", "2%",
         "1,240", "35", "60", "45"],
        ["1-11", "ODS1", "Café Care at Home", COUNCIL, "North East", "06/04/2026 09:15", "Yes", "104", "76", "28", "3%",
         "1,180", "30", "50", "40"],
        ["1-12", "ODS2", "Harbour Homecare", COUNCIL, "North East", "13/04/2026 11:02", "Yes", "66", "60", "6", "0%",
         "702.5", "12", "20", ""],
        ["1-14", "ODS4", "Dale Extra Care", COUNCIL, "North East", "14/04/2026 08:00", "Yes", "12", "12", "0", "", "",
         "", "", ""],
        ["1-15", "ODS5", "Faraway Homecare", "Elsewhere", "North East", "14/04/2026 08:00", "Yes", "12", "12", "0",
         "1%", "90", "0", "0", "5"],
    ])  # fmt: skip


def write() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    title: list[list[object]] = [["Ward population estimates, made up for tests"], ["Mid-2022"], []]
    book = {"Notes": [["No such wards"]], "Mid-2022 Ward 2023": [*title, WARD_HEADER, *ward_rows()]}
    (FOLDER / "sapewardstablefinal.xlsx").write_bytes(workbook(book))
    (FOLDER / "File_7_IoD2019.csv").write_bytes(deprivation(2019).encode("utf-8-sig"))
    (FOLDER / "File_7_IoD2025.csv").write_bytes(deprivation(2025).encode("utf-8-sig"))
    (FOLDER / "LSOA21_WD24_LAD24_lookup.csv").write_bytes(lookup().encode())
    (FOLDER / "ward-centres.csv").write_bytes(centres().encode("cp1252"))
    (FOLDER / "directory-as-published.csv").write_bytes(directory().encode("cp1252"))
    (FOLDER / "HSCA_Active_Locations.ods").write_bytes(filtered_directory())
    (FOLDER / "capacity-tracker.csv").write_bytes(tracker().encode("utf-16"))


if __name__ == "__main__":
    write()
