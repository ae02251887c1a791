# The types of the module in a manifest of their own, so that they are loaded after Rekkord.Loading.psm1 has looked for another copy.
@{
    ModuleVersion  = '1.0'
    TypesToProcess = @('Rekkord.types.ps1xml')
}
