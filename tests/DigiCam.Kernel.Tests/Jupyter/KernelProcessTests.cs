using System.Diagnostics;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Jupyter;
using DigiCam.Kernel.Running;

namespace DigiCam.Kernel.Tests.Jupyter;

/// <summary>The kernel as front ends start it.</summary>
public sealed class KernelProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Process_AnswersAsksAndEnds()
    {
        ConnectionFile connection = KernelClient.FreePorts();
        using Process process = Start(KernelClient.Write(connection, _folder.File("connection.json")));
        using KernelClient client = new(connection);
        client.Welcome();
        Assert.Equal("ok", client.Ask("kernel_info_request", []).Status);
        Assert.Equal("1,5", client.Run("\"1,5\"").Result);
        Assert.Equal("1.5", client.Run("display(1.5.ToString()); 1.5").Result);

        string id = client.Execute("Console.Write(\"Name? \"); var name = Console.ReadLine(); name + \"!\"", allowStdin: true);
        Received question = client.Reply("stdin");
        Assert.Equal(("input_request", id, "false"), (question.Type, question.ParentId, question.Text("password")));
        client.Send("input_reply", new JsonObject { ["value"] = "Ada" }, "stdin");
        Outcome answered = client.Finish(id);
        Assert.Equal(("Ada!", "Name? "), (answered.Result, answered.Stream));
        Assert.Contains("does not take input", client.Run("Console.ReadLine()").Reply.Text("evalue"), StringComparison.Ordinal);

        // A question that nobody answers can be interrupted.
        id = client.Execute("Console.ReadLine()", allowStdin: true);
        Assert.Equal("input_request", client.Reply("stdin").Type);
        client.Send("interrupt_request", [], "control");
        Assert.Equal("interrupt_reply", client.Reply("control").Type);
        Assert.Equal("Interrupted", client.Finish(id).Reply.Text("ename"));
        Assert.Equal("2", client.Run("1 + 1").Result);

        // While a cell is running that does not want to end.
        client.Execute("while (true) { }");
        Received farewell = client.Finish(client.Send("shutdown_request", new JsonObject { ["restart"] = true }, "control"), "control").Reply;
        Assert.Equal(("shutdown_reply", "true"), (farewell.Type, farewell.Text("restart")));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("{ \"transport\": \"ipc\" }", "transport: 'ipc' is not supported, only tcp is")]
    [InlineData("{ \"shell_port\": 0 }", "shell_port: expected a port between 1 and 65535")]
    [InlineData("{ \"key\": \"k\", \"signature_scheme\": \"hmac-md5\" }", "signature_scheme: 'hmac-md5' is not supported")]
    public void ConnectionFile_ThatCannotWork_IsRefused(string text, string expected)
    {
        string path = _folder.File("connection.json");
        File.WriteAllText(path, text);
        Exception exception = Assert.Throws<DigiCam.Kernel.Documents.NotebookFormatException>(() => ConnectionFile.Load(path));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sockets_PortInUse_IsSaid()
    {
        ConnectionFile connection = KernelClient.FreePorts();
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, connection.ShellPort);
        taken.Start();
        IOException exception = Assert.Throws<IOException>(() => new JupyterKernel(connection, _folder.FullName));
        Assert.Contains(FormattableString.Invariant($"the shell channel cannot use tcp://127.0.0.1:{connection.ShellPort}"), exception.Message, StringComparison.Ordinal);
    }

    private static Process Start(string connectionFile) => Process.Start(new ProcessStartInfo(DotnetHost.Find(), [.. EngineProgram.Arguments("jupyter"), connectionFile]) { UseShellExecute = false })!;
}
