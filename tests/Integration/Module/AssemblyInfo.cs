// Hooks see and change the environment of the whole process, so one test runs at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
