// Shows the server's time (server-sent events) and what is edited or said (WebSocket).
"use strict";

const byId = (id) => document.getElementById(id);

const clock = byId("time");
const times = new EventSource("/live/events");
times.addEventListener("time", (event) => {
  clock.textContent = new Date(Number(event.data)).toLocaleTimeString(document.documentElement.lang);
});
times.onerror = () => { clock.textContent = clock.dataset.lost; };

const state = byId("state");
const news = byId("news");
const tell = (text) => {
  const item = document.createElement("li");
  item.textContent = text;
  news.prepend(item);
  while (news.children.length > 20) news.lastChild.remove();
};

let socket;
const connect = () => {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live/socket`);
  socket.onopen = () => { state.textContent = state.dataset.open; };
  socket.onclose = () => { state.textContent = state.dataset.lost; setTimeout(connect, 3000); };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.kind === "said") tell(message.text);
    if (message.kind === "edit") {
      const title = message.edit.title[document.documentElement.lang];
      tell(`${message.edit.author} ${news.dataset.edited} ${title}`);
    }
  };
};
connect();

byId("speak").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("text");
  if (field.value && socket.readyState === WebSocket.OPEN) socket.send(field.value);
  field.value = "";
});
