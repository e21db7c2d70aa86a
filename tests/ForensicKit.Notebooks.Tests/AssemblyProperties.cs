using Xunit.v3;

// Console and working directory are the process's: notebooks run one at a time in it, and so do the tests that look at them.
[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
