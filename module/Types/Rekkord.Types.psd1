# The types of the module in a manifest of their own, so that they are loaded after Rekkord.Loading.psm1 has looked for another copy. It
# has a directory of its own: what packs a module takes any manifest beside the module's for that.
@{
    ModuleVersion  = '1.0'
    TypesToProcess = @('../Rekkord.types.ps1xml')
}
