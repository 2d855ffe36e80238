"""Members as staff change them: a contact created, enrolled, a membership ended or shared, a tier changed."""
