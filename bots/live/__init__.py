"""The live view: pictures out, input in. Runs inside the browser server and imports no Django."""
