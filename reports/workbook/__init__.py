"""A dossier to the tables of its workbook."""
