#!/usr/bin/env bash
# Packs everything, installs the tool from the folder of packages and from nowhere else, and uses it in an empty folder as a user without the repository does.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rm -rf "$root/artifacts/packages"
dotnet pack "$root/DigiCamNotebooks.sln" -c Release -o "$root/artifacts/packages" "$@"
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")

# has PACKAGE ENTRY...: the package holds these files.
has() {
  local package=$1 entries entry
  shift
  entries=$(python3 -m zipfile --list "$package" | awk '{ print $1 }')
  for entry in "$@"; do grep -qxF "$entry" <<<"$entries" || { echo "$package has no $entry"; exit 1; }; done
}
for id in DigiCam.Zfits DigiCam DigiCam.Notebooks; do
  has "$root/artifacts/packages/$id.$version.nupkg" README.md icon.png "lib/net10.0/$id.dll" "lib/net10.0/$id.xml"
  has "$root/artifacts/packages/$id.$version.snupkg" "lib/net10.0/$id.pdb"
done
has "$root/artifacts/packages/DigiCam.Cli.$version.nupkg" README.md icon.png tools/net10.0/any/DigiCam.Cli.dll tools/net10.0/any/DigiCam.Kernel.runtimeconfig.json tools/net10.0/any/notebooks/01-hv-off.ipynb
ls "$root/artifacts/packages" | sort

cd "$scratch"
cat >NuGet.config <<EOF
<configuration>
  <packageSources>
    <clear />
    <add key="local" value="$root/artifacts/packages" />
  </packageSources>
</configuration>
EOF
export NUGET_PACKAGES=$scratch/cache
dotnet tool install DigiCam.Cli --tool-path "$scratch/tools" --version "$version" --configfile NuGet.config
mkdir empty
cd empty
# Without any network where the system lets us take it away.
digicam() { "$scratch/tools/digicam" "$@"; }
if unshare --net true 2>/dev/null; then digicam() { unshare --net "$scratch/tools/digicam" "$@"; }; fi
digicam --version
digicam demo 01-hv-off
test -s reports/01-hv-off.html
# The executed notebook has left the folder of its kit, and still finds one.
digicam run reports/01-hv-off.ipynb -p maximumEvents=200 -o again
if grep -F "$scratch" reports/01-hv-off.ipynb again/01-hv-off.ipynb; then echo "an executed notebook names a folder of this machine"; exit 1; fi
if grep -F "$root" reports/01-hv-off.html; then echo "the tool used the repository"; exit 1; fi
ls -s reports again data-samples/generated
