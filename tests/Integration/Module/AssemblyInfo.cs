// Hooks see and change the environment of the whole process, so one test runs at a time; those that run processes of their own are in
// collections that run beside.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
