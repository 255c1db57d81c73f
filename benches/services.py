#!/usr/bin/env python3
"""Writes a tree of 500 services and 5,000 settings files, on which the settings and graph stage is measured.

    python3 benches/services.py target/services && time jotlint --timings target/services
"""

import pathlib
import sys

SERVICES = 500
FILES = 10  # of each service


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def deployment(name):
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: {name}
          image: registry.example/shop/{name}:1.0
          envFrom:
            - configMapRef: {{ name: {name}-config }}
          env:
            - name: JWT_SECRET
              valueFrom:
                secretKeyRef: {{ name: tokens-{int(name[3:]) // 10}, key: secret }}
            - name: DATABASE_URL
              value: postgres://database/{name}
"""


def config(name, kind="ConfigMap"):
    lines = "".join(f"  SETTING_{index}: value-{index}-of-{name}\n" for index in range(20))
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}-config\n  namespace: shop\ndata:\n{lines}"


def main(root):
    root = pathlib.Path(root)
    compose = ["services:\n"]
    for number in range(SERVICES):
        name = f"svc{number:03}"
        folder = root / "services" / name
        write(folder / "package.json", f'{{"name": "{name}", "scripts": {{"start": "node index.js"}}, "dependencies": {{"jsonwebtoken": "9.0.2"}}}}\n')
        call = "sign({ sub: 'a' }, process.env.JWT_SECRET, { expiresIn: '5m' })" if number % 10 == 0 else "verify(token, process.env.JWT_SECRET, { algorithms: ['HS256'] })"
        write(folder / "index.js", f"const jwt = require('jsonwebtoken');\nexports.run = (token) => jwt.{call};\n")
        write(folder / "Dockerfile", "FROM node:22\nCOPY . .\nENV PORT=3000\nCMD [\"node\", \"index.js\"]\n")
        write(root / "k8s" / name / "deployment.yaml", deployment(name))
        write(root / "k8s" / name / "config.yaml", config(name))
        write(root / "k8s" / name / "service.yaml", f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  ports:\n    - port: 80\n")
        write(folder / ".env", f"PORT={3000 + number}\nLOG_LEVEL=info\nDATABASE_URL=postgres://database/{name}\n")
        for index in range(FILES - 5):
            settings = "".join(f"  key{entry}: value-{entry}\n" for entry in range(15))
            write(folder / "config" / f"part{index}.yaml", f"part{index}:\n{settings}")
        compose.append(f"  {name}:\n    build: ./services/{name}\n    environment:\n      JWT_SECRET: ${{JWT_SECRET_{number // 10}}}\n")
    for group in range(SERVICES // 10):
        write(root / "k8s" / "tokens" / f"{group}.yaml", f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: tokens-{group}\n  namespace: shop\nstringData:\n  secret: benchmark-secret-of-group-{group}-not-a-real-one\n")
    write(root / "docker-compose.yml", "".join(compose))


if __name__ == "__main__":
    main(sys.argv[1])
