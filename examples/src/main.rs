//! `demo wiki` and `demo echo`: the two applications that `make run` puts behind the gate. `demo feishu` and
//! `demo wecom`: clouds to connect.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use tokio::net::TcpListener;

/// Demo applications to put behind Gatehouse. They believe every header: keep them on loopback.
#[derive(Parser)]
enum Demo {
    /// A small wiki with pages to edit, a PDF, live updates and downloads.
    Wiki {
        #[arg(long, default_value = "127.0.0.1:9001")]
        listen: SocketAddr,
    },
    /// A cloud that answers as Feishu does, with one company; `POST /control` tells it who there is.
    Feishu {
        #[arg(long, default_value = "127.0.0.1:9003")]
        listen: SocketAddr,
    },
    /// A cloud that answers as WeCom does, with one company; `POST /control` tells it who there is.
    #[command(name = "wecom")]
    WeCom {
        #[arg(long, default_value = "127.0.0.1:9004")]
        listen: SocketAddr,
    },
    /// A page that shows what it was told of whoever opens it.
    Echo {
        #[arg(long, default_value = "127.0.0.1:9002")]
        listen: SocketAddr,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Demo::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("demo: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(demo: Demo) -> io::Result<()> {
    let (name, listen, router) = match demo {
        Demo::Wiki { listen } => ("wiki", listen, examples::wiki::router()),
        Demo::Feishu { listen } => (
            "feishu",
            listen,
            examples::feishu::Cloud::default().router(),
        ),
        Demo::WeCom { listen } => ("wecom", listen, examples::wecom::Cloud::default().router()),
        Demo::Echo { listen } => ("echo", listen, examples::echo::router()),
    };
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|why| io::Error::new(why.kind(), format!("cannot listen on {listen}: {why}")))?;
    eprintln!("demo {name} on http://{}", listener.local_addr()?);
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            tokio::signal::ctrl_c().await.ok();
        })
        .await
}
