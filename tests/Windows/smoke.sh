#!/bin/sh
# Runs the engine's tests of files, stores, configuration, hooks and all else that needs no keys in a Windows build, under Wine on Linux. Nothing else runs this: it is opt-in.
#
# It needs the .NET SDK and Wine 10 for 64-bit Windows (in Debian 13: apt-get install wine64 wine). No display. WINE names another wine.
# It downloads .NET's runtime for win-x64 from NuGet, and leaves nothing but what is in the package cache.
#
# What Wine cannot show, and what is left out here for it: access control lists, symbolic links and junctions, alternate streams, lone
# surrogates in names, what write-through promises, cloud placeholders, and all that needs elliptic curves: keys, repositories, saves and
# restores as a whole. For those a real Windows is needed (.github/workflows/ci.yml).
set -eu

wine=${WINE:-wine}
if ! command -v "$wine" >/dev/null; then
    echo "smoke.sh: needs Wine ('$wine' is not there). In Debian 13: apt-get install wine64 wine" >&2
    exit 2
fi

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)

# The server of Wine outlives the program by some seconds, and would write to its folder once more.
end() {
    if command -v wineserver >/dev/null; then
        wineserver -k || true
    fi
    rm -rf "$work"
}
trap end EXIT
export WINEPREFIX="$work/prefix" WINEDEBUG="${WINEDEBUG:--all}"

# Of .NET's runtime: Wine has no ICU, and stumbles over background collection and over memory that is mapped twice.
export DOTNET_SYSTEM_GLOBALIZATION_USENLS=1 DOTNET_gcConcurrent=0 DOTNET_EnableWriteXorExecute=0

dotnet publish "$here/Rekkord.WindowsSmoke.csproj" -c Debug -o "$work/smoke"
"$wine" wineboot -i
"$wine" "$work/smoke/smoke.exe" \
    .FileSystem. .Platform. .Storage. .Configuration. .Hooks. .Secrets. .Reporting. .Patterns. .Chunking. .Trees. .Progress. \
    '!link' '!Link' '!Display_paths' '!Names_come_in_byte_order' '!A_status_tells_type' '!permissions_of_its_directory' '!The_streams' '!that_others_read' '!Holes_of_other_systems' '!A_junction_comes_back' \
    '!program_that_keeps_a_file_open_is_named' \
    '!HostileStoreTests' '!StoreRootTests' '!RequestTests' '!ConfigDocumentationTests'
