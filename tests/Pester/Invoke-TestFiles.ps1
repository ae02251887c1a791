# Runs the tests of some files in a PowerShell of their own.
param([string] $Pester, [Parameter(ValueFromRemainingArguments)] [string[]] $Path)

Import-Module $Pester
exit [int]((Invoke-Pester -Path $Path -PassThru).Result -ne 'Passed')
