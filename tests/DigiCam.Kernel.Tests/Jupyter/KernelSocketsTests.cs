using System.Text.Json.Nodes;
using DigiCam.Kernel.Jupyter;

namespace DigiCam.Kernel.Tests.Jupyter;

public sealed class KernelSocketsTests
{
    private const int Subscribers = 50;

    [Fact]
    public async Task Subscriber_WhileMuchIsPublished_IsGreetedBeforeAnythingElse()
    {
        ConnectionFile connection = KernelClient.FreePorts();
        using KernelSockets sockets = new(connection, "kernel");
        sockets.Start();
        using CancellationTokenSource done = new();
        Task publishing = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    sockets.Send(KernelChannel.IOPub, JupyterMessage.Create("status", "kernel", null, new JsonObject { ["execution_state"] = "busy" }));
                    Thread.Yield();
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < Subscribers; i++)
        {
            using KernelClient client = new(connection);
            client.Welcome();
            Assert.Equal("status", client.Next().Type);
        }

        await done.CancelAsync();
        await publishing;
    }
}
