# Runs first when the module is imported. A process holds one copy of the module's assemblies, also after Remove-Module: another version
# would not be loaded, and a copy from elsewhere would run the code of the first one under its own name. No cmdlets are used: an application
# may have none in its session.
$assembly = [IO.Path]::Combine($PSScriptRoot, 'Rekkord.Cmdlets.dll')
foreach ($loaded in [AppDomain]::CurrentDomain.GetAssemblies()) {
    if ($loaded.GetName().Name -eq 'Rekkord.Cmdlets' -and $loaded.Location -ne $assembly) {
        throw "Rekkord $($loaded.GetName().Version.ToString(3)) is loaded from '$([IO.Path]::GetDirectoryName($loaded.Location))' already, and a process can hold one copy of it. To import the one in '$PSScriptRoot', start a new pwsh."
    }
}
