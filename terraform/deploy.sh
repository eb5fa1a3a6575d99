#!/bin/sh
# What CI deploys with: build, then apply what a plan has said, with the providers of the lock file and no others.
# Arguments go to terraform plan: sh terraform/deploy.sh -var project_id=my-project -var region=europe-west1
set -eu
cd "$(dirname "$0")"

if [ ! -f .terraform.lock.hcl ]; then
  echo "terraform/.terraform.lock.hcl is missing: whoever has the registry makes it and checks it in, by" >&2
  echo "  terraform -chdir=terraform providers lock -platform=linux_amd64 -platform=darwin_arm64 -platform=darwin_amd64" >&2
  exit 1
fi

(cd .. && npm ci && npm run build)
trap 'rm -f deploy.tfplan' EXIT
terraform init -input=false -lockfile=readonly
terraform plan -input=false -out=deploy.tfplan "$@"
terraform apply -input=false deploy.tfplan
