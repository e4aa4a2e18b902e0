using DigiCam.Kernel.Running;

namespace DigiCam.Kernel.Tests.Running;

/// <summary>What tests of the runner share.</summary>
public abstract class RunnerTestBase : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private protected TemporaryFolder Folder => _folder;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<NotebookRunResult> RunAsync(string path, Func<NotebookRunOptions, NotebookRunOptions>? change = null)
    {
        NotebookRunOptions options = new() { NotebookPath = path, OutputPath = _folder.File("out.ipynb") };
        return await new NotebookRunner().RunAsync(change is null ? options : change(options), TestContext.Current.CancellationToken);
    }

    private protected void AssertNoTemporaryFiles() => Assert.Empty(Directory.EnumerateFiles(_folder.FullName, "*.tmp", SearchOption.AllDirectories));

    private protected sealed class Sink(List<CellProgress> items) : IProgress<CellProgress>
    {
        public void Report(CellProgress value)
        {
            items.Add(value);
        }
    }
}
