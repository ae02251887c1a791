#!/usr/bin/env bash
# MAB.DotIgnore 3.0.1 (a library that reads .gitignore files), .NET SDK 10.0, beside Git.
# Behaviour: a pattern with a slash at its start means an entry of the file's own directory to Git (gitignore(5)). The library also ignores entries of
# that name deeper down, when the directories above have longer names that end in it: "/a" ignores "ab/a". So a backup that used it would leave out
# files that nobody excluded.
# Output seen: "/a   path ab/a:  git takes it, MAB.DotIgnore ignores it" and the same for "/[ab]" with foo/a, and for "/*.log" with ab/b.log;
# "/a   path a:  git ignores it, MAB.DotIgnore ignores it". Exits with 1 when it is otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat >ask.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MAB.DotIgnore" Version="3.0.1" /></ItemGroup>
</Project>
PROJECT
cat >ask.cs <<'PROGRAM'
Console.WriteLine(new MAB.DotIgnore.IgnoreList([args[0]]).IsIgnored(args[1], false) ? "ignores it" : "takes it");
PROGRAM
dotnet build -v quiet -o out >/dev/null

git init -q tree
ask() { # pattern, path
  mkdir -p "tree/$(dirname "$2")"
  touch "tree/$2"
  echo "$1" >tree/.gitignore
  local git="takes it"
  ! git -C tree check-ignore -q --no-index "$2" || git="ignores it"
  echo "$1   path $2:  git $git, MAB.DotIgnore $(dotnet out/ask.dll "$1" "$2")"
}
{ ask /a a; ask /a ab/a; ask '/[ab]' foo/a; ask '/*.log' ab/b.log; } | tee seen
[ "$(grep -c 'git takes it, MAB.DotIgnore ignores it' seen)" = 3 ]
grep -q '^/a   path a:  git ignores it, MAB.DotIgnore ignores it$' seen
