"""Checks values against the part of JSON Schema that the server's OpenAPI document uses."""

import re

TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int, "number": (int, float),
}


class Document:
    """An OpenAPI document."""

    def __init__(self, document):
        self.document = document

    def operation(self, method, path):
        """The operation for a request's path, and the values of the path's parameters; None where there is none."""
        for pattern, operations in self.document["paths"].items():
            names = re.findall(r"{(\w+)}", pattern)
            match = re.fullmatch(re.sub(r"\\{\w+\\}", "([^/]+?)", re.escape(pattern)), path)
            if match and method.lower() in operations:
                return operations[method.lower()], dict(zip(names, match.groups()))
        return None

    def request_problems(self, operation, values, query, body):
        """What is wrong with a request."""
        found = []
        known = {}
        for parameter in map(self.resolved, operation.get("parameters", [])):
            known[parameter["name"]] = parameter
            where = {"path": values, "query": query}.get(parameter["in"])
            if where is None:
                continue
            if parameter["name"] not in where:
                if parameter.get("required"):
                    found.append(f"{parameter['name']} is missing")
                continue
            found += self.problems(self.typed(where[parameter["name"]], parameter["schema"]), parameter["schema"], parameter["name"])
        found += [f"{name} is no parameter" for name in query if name not in known]
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            found += self.problems(body, content["application/json"]["schema"], "body")
        return found

    def answer_problems(self, operation, status, body):
        """What is wrong with an answer in JSON."""
        answer = operation["responses"].get(str(status))
        if answer is None:
            return [f"status {status} is not described"]
        schema = self.resolved(answer).get("content", {}).get("application/json", {}).get("schema")
        return self.problems(body, schema, "answer") if schema else []

    def resolved(self, value):
        while "$ref" in value:
            target = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            value = target
        return value

    def typed(self, text, schema):
        kind = self.resolved(schema).get("type")
        try:
            return {"integer": int, "number": float}.get(kind, str)(text) if kind != "boolean" else text == "true"
        except ValueError:
            return text

    def problems(self, value, schema, where):
        """What is wrong with a value, as texts."""
        schema = self.resolved(schema)
        found = []
        for part in schema.get("allOf", []):
            found += self.problems(value, part, where)
        if "oneOf" in schema:
            fitting = sum(not self.problems(value, part, where) for part in schema["oneOf"])
            if fitting != 1:
                found.append(f"{where} fits {fitting} of {len(schema['oneOf'])} forms")
        kinds = schema.get("type")
        if kinds is not None:
            kinds = kinds if isinstance(kinds, list) else [kinds]
            fits = any(isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool)) for kind in kinds)
            if not fits:
                return found + [f"{where} is {type(value).__name__} and no {' or '.join(kinds)}"]
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{where} is {value!r} and none of {schema['enum']}")
        if isinstance(value, str):
            if len(value) < schema.get("minLength", 0) or len(value) > schema.get("maxLength", 1 << 30):
                found.append(f"{where} has {len(value)} characters")
            if "pattern" in schema and not re.search(schema["pattern"], value):
                found.append(f"{where} {value!r} does not fit {schema['pattern']}")
            if schema.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
                found.append(f"{where} {value!r} is no time")
            if schema.get("format") == "uuid" and not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
                found.append(f"{where} {value!r} is no UUID")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                found.append(f"{where} is {value}")
            if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
                found.append(f"{where} is {value}")
        if isinstance(value, list):
            if len(value) < schema.get("minItems", 0) or len(value) > schema.get("maxItems", 1 << 30):
                found.append(f"{where} has {len(value)} items")
            for index, item in enumerate(value):
                found += self.problems(item, schema.get("items", {}), f"{where}[{index}]")
        if isinstance(value, dict):
            properties = schema.get("properties", {})
            found += [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
            for name, item in value.items():
                if name in properties:
                    found += self.problems(item, properties[name], f"{where}.{name}")
                elif schema.get("additionalProperties") is False:
                    found.append(f"{where}.{name} is not known")
        return found
