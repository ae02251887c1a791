# Runs first when the module is imported: another copy of it, imported in this session, would clash with this one. After Remove-Module, or in
# another session of the process, the commands themselves refuse (RekkordCommand). No type is named here and nothing is caught: that takes a
# new pwsh longer than the rest of the import. An application whose session lacks Get-Module goes without the look.
foreach ($other in Get-Module Rekkord -All) {
    if ($other.ModuleBase -ne $PSScriptRoot) {
        throw "Rekkord $($other.Version) is loaded from '$($other.ModuleBase)' already, and a process can hold one copy of it. To import the one in '$PSScriptRoot', start a new pwsh."
    }
}
