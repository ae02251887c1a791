# Runs the tests of one file in a PowerShell of their own.
param([string] $Pester, [string] $Path)

Import-Module $Pester
exit [int]((Invoke-Pester -Path $Path -PassThru).Result -ne 'Passed')
