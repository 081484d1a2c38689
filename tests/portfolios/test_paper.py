import zipfile

from tests.papers import pdf_problems


def test_the_paper_of_a_dossier_is_archivable_and_accessible(dossier, files):
    with zipfile.ZipFile(files.path(dossier.sha256)) as archive:
        paper = archive.read(f"{dossier.reference}/data/dossier.pdf")
    for profile in ("pdfa3a", "pdfua1"):
        assert pdf_problems(paper, profile) == []
