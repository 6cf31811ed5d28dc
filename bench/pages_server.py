"""A FHIR server with as many Observations as one likes and no memory: it makes each page up as it is asked for.

Run: python bench/pages_server.py COUNT. Prints its base URL. For speed and memory of a pull at sizes that the practice
hospital does not have; it answers metadata, a search of Observation in pages, and its count.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TEMPLATE = (
    '{"fullUrl":"http://x/fhir/Observation/o%d","resource":{"resourceType":"Observation","id":"o%d","meta":{'
    '"versionId":"1","lastUpdated":"2026-02-01T00:00:00Z"},"status":"final","category":[{"coding":[{"system":'
    '"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":'
    '"urn:bench","code":"c%d","display":"Haemoglobin in blood"}],"text":"Haemoglobin"},"subject":{"reference":'
    '"Patient/p%d"},"encounter":{"reference":"Encounter/e%d"},"effectiveDateTime":"2019-05-01T07:15:00+08:00",'
    '"issued":"2019-05-01T09:00:00+08:00","valueQuantity":{"value":12.30,"unit":"g/dL","system":'
    '"http://unitsofmeasure.org","code":"g/dL"}},"search":{"mode":"match"}}'
)
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    # With a history: of a server without one, what is held must be remembered by name, to see what is gone.
    "rest": [{"resource": [{"type": "Observation", "interaction": [{"code": "history-type"}]}]}],
}


class Pages(BaseHTTPRequestHandler):
    """Answers GETs; `count` is set on the class before it serves."""

    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self) -> None:
        """One answer."""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/metadata"):
            body = json.dumps(STATEMENT).encode()
        elif asked.get("_summary") == "count":
            body = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": self.count}).encode()
        else:
            body = self.page(int(asked.get("at", "0")), int(asked.get("_count", "500")))
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, start: int, length: int) -> bytes:
        """The page that begins at a row."""
        end = min(start + length, self.count)
        base = f"http://{self.headers['Host']}/fhir"
        links = [{"relation": "self", "url": f"{base}/Observation"}]
        if end < self.count:
            links.append({"relation": "next", "url": f"{base}/Observation?at={end}&_count={length}"})
        head = json.dumps({"resourceType": "Bundle", "type": "searchset", "link": links})
        rows = ",".join(TEMPLATE % (n, n, n % 50, n % 1000, n % 5000) for n in range(start, end))
        return f'{head[:-1]},"entry":[{rows}]}}'.encode()

    def log_message(self, *words: object) -> None:
        """Nothing."""


def main() -> None:
    """Serve until killed."""
    Pages.count = int(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    print(f"http://127.0.0.1:{server.server_port}/fhir", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
