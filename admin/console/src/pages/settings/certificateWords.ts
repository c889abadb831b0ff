import { texts } from "../../language/texts";

export const t = texts({
  certificates: ["证书", "Certificates"],
  hint: [
    "上传的证书对所有节点立即生效；文件中的证书只属于本节点，文件改变后自动载入。同一域名优先使用上传的证书，其次是文件中的证书；已过期的排在最后。",
    "An uploaded certificate is served by every node at once; one from files is this node's own, and is loaded when its file changes. For one name an upload goes before a file, and what has expired comes last.",
  ],
  upload: ["上传证书", "Upload a certificate"],
  reload: ["重新读取文件", "Read the files again"],
  reloaded: ["本节点已重新读取证书文件", "This node has read its certificate files again"],
  names: ["域名", "Names"],
  issuer: ["签发者", "Issuer"],
  listener: ["监听", "Listener"],
  everywhere: ["全部", "All"],
  source: ["来源", "Source"],
  uploaded: ["上传", "Uploaded"],
  readOnly: ["只读", "Read only"],
  expires: ["到期时间", "Expires"],
  expired: ["已过期", "Expired"],
  soon: ["即将到期", "Soon"],
  superseded: ["已被替代", "Superseded"],
  supersededHint: [
    "其全部域名都由其他证书提供服务。",
    "Other certificates are shown in its place, for each of its names.",
  ],
  unseen: ["本节点未使用", "Not served here"],
  unseenHint: [
    "本节点没有 TLS 监听、尚未载入，或无法使用该证书；原因见节点的 /readyz。",
    "This node has no TLS listener, has not loaded it yet, or cannot use it: its /readyz says why.",
  ],
  none: ["此节点没有使用证书", "This node serves no certificate"],
  remove: ["移除", "Remove"],
  removeTitle: (names: string) => [`移除 ${names} 的证书？`, `Remove the certificate of ${names}?`],
  removeWhich: (issuer: string, until: string) => [
    `由 ${issuer} 签发，${until} 到期。`,
    `Issued by ${issuer}; it expires on ${until}.`,
  ],
  removeText: [
    "所有节点立即停止使用它，私钥同时销毁，无法恢复。如果没有其他证书包含这些域名，浏览器将显示警告；没有证书文件的监听失去最后一张上传的证书后，任何人都无法通过该监听访问，包括管理控制台。",
    "Every node stops serving it at once, and its key is forgotten for good. Unless another certificate is for these names, browsers will warn; and a listener that has none from files lets nobody in once its last upload is gone, to this console neither.",
  ],
  chain: ["证书链", "Certificate chain"],
  chainHint: [
    "PEM 格式：主机证书在最前，其后依次为各级颁发者的证书。",
    "In PEM: the host's certificate first, below it the one that issued it, and so on.",
  ],
  key: ["私钥", "Private key"],
  keyHint: [
    "PEM 格式，不带口令。加密保存，之后任何人都无法查看或导出。",
    "In PEM, without a passphrase. It is kept sealed; nobody can see it or take it out again.",
  ],
  chainFile: ["从文件读取证书链", "Read the chain from a file"],
  keyFile: ["从文件读取私钥", "Read the key from a file"],
});
