package io.wideevents.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerException;
import com.mongodb.MongoTimeoutException;
import io.wideevents.log.Causes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Explains to an operator why a MongoDB operation failed. The driver reports nearly every wrong
 * setting as a timeout; the cause is in the text of the exception, in the state of each server.
 *
 * <p>Contains no credential, no event and no command. The texts are ours, except for addresses,
 * names of replica sets, and the server's error text up to the first quotation.
 *
 * @param what what happened, and where
 * @param fix what to do about it
 */
public record MongoTrouble(String what, String fix) {
  private static final String VIEW = "Client view of cluster state is ";
  private static final int MAX_SERVERS = 3;
  private static final Pattern SERVER =
      Pattern.compile("\\{address=([^,}]+), type=(\\w+)(.*?)(?=\\{address=|$)", Pattern.DOTALL);
  private static final Pattern SRV = Pattern.compile("SRV record for '([^']+)'");
  private static final Pattern OTHER_SET =
      Pattern.compile(
          "Replica set name '([^']*)' does not match required replica set name of '([^']*)'");
  private static final Pattern HOST = Pattern.compile("UnknownHostException: ([^\\s:}]+)");

  private static final String LET_IT_RUN =
      "check that mongod runs there, and host and port in MONGODB_URI";
  private static final String SET_NAME =
      "set replicaSet= in MONGODB_URI to the name that rs.status().set shows, or leave it out";

  /**
   * The cause in one sentence with the remedy: {@code what; fix}. Never throws and does not block.
   *
   * @param failure the failure of an operation on MongoDB
   */
  public static String explain(Throwable failure) {
    return of(failure).toString();
  }

  /** As {@link #explain}, in two parts. */
  public static MongoTrouble of(Throwable failure) {
    Throwable cause = Causes.ofFuture(failure);
    MongoServerException answer = find(cause, MongoServerException.class);
    MongoSecurityException refused = find(cause, MongoSecurityException.class);
    if (refused != null) {
      return login(answer);
    }
    if (answer != null) {
      return answered(answer);
    }
    String message = String.valueOf(cause.getMessage());
    int view = message.indexOf(VIEW);
    if (cause instanceof MongoTimeoutException && view >= 0) {
      return unreachable(message.substring(view + VIEW.length()));
    }
    MongoTrouble known = symptom(chain(cause));
    if (known != null) {
      return known;
    }
    if (cause instanceof MongoTimeoutException || cause instanceof TimeoutException) {
      return new MongoTrouble(
          "no answer within the time bound",
          "look at the server's load and its slow operations; MONGODB_TIMEOUT sets the bound");
    }
    if (cause instanceof IllegalArgumentException) {
      // The driver quotes what it cannot parse, which may be a part of a password.
      return new MongoTrouble(
          "the driver cannot use MONGODB_URI (" + cause.getClass().getSimpleName() + ")",
          "check it; ':', '/', '@' and '%' in user and password must be percent-encoded");
    }
    Throwable root = Causes.deepest(cause);
    String text = WriteErrors.withoutContent(String.valueOf(root.getMessage()));
    return new MongoTrouble(
        root.getClass().getSimpleName()
            + (text.isEmpty() || text.equals("null") ? "" : ": " + text),
        "check MONGODB_URI and that the server runs; log-worker doctor looks at both");
  }

  /** Whether an operation failed because no server could be selected. */
  static boolean isAboutServers(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains(VIEW);
  }

  /** The explanation if the members found belong to another replica set than the requested one. */
  static MongoTrouble otherReplicaSet(String address, @Nullable String found, String wanted) {
    return new MongoTrouble(
        found == null
            ? "%s is not a member of a replica set, and MONGODB_URI asks for replica set '%s'"
                .formatted(address, wanted)
            : "%s is a member of replica set '%s', and MONGODB_URI asks for '%s'"
                .formatted(address, found, wanted),
        SET_NAME);
  }

  /** Whether the driver found no usable member of a replica set and gives no reason. */
  boolean isAboutMembers() {
    return fix.equals(SET_NAME);
  }

  @Override
  public String toString() {
    return what + "; " + fix;
  }

  private static MongoTrouble login(@Nullable MongoServerException answer) {
    if (answer != null && answer.getCode() == 334) {
      return new MongoTrouble(
          "MongoDB does not know the authentication mechanism of MONGODB_URI (error 334)",
          "change authMechanism in MONGODB_URI, or enable it on the server");
    }
    return new MongoTrouble(
        "MongoDB rejected the credentials" + (answer == null ? "" : " " + numbered(answer)),
        "check user and password in MONGODB_URI, and authSource, the database that has the user");
  }

  private static MongoTrouble answered(MongoServerException answer) {
    String text = numbered(answer) + ": " + WriteErrors.withoutContent(serverText(answer));
    return switch (answer.getCode()) {
      case 13, 8000 ->
          new MongoTrouble(
              "MongoDB does not allow this user the operation " + text,
              "grant the user in MONGODB_URI the role readWrite on the database; without a user in"
                  + " MONGODB_URI, add one");
      case 18 -> login(answer);
      case 91, 189, 10058, 10107, 11600, 11602, 13435, 13436 ->
          new MongoTrouble(
              "the server is not a writable primary " + text,
              "look at rs.status(): is there a primary, and does MONGODB_URI name the whole"
                  + " replica set (replicaSet=, no directConnection)?");
      case 371 ->
          new MongoTrouble(
              "writes by users are blocked on the cluster " + text,
              "end it with the command setUserWriteBlockMode");
      case 166 ->
          new MongoTrouble(
              "the collection is a view " + text, "set MONGODB_COLLECTION to a regular collection");
      case 14031 -> new MongoTrouble("MongoDB's disk is full " + text, "make space on its disk");
      case 50, 262 ->
          new MongoTrouble(
              "the operation ran out of time " + text,
              "look at the server's load; MONGODB_TIMEOUT sets the bound");
      default ->
          new MongoTrouble(
              "MongoDB answered with an error " + text, "see what the server's own log says");
    };
  }

  private static MongoTrouble unreachable(String view) {
    Matcher srv = SRV.matcher(view);
    if (srv.find()) {
      return srv(srv.group(1));
    }
    List<String> members = new ArrayList<>();
    Set<MongoTrouble> symptoms = new LinkedHashSet<>();
    Matcher server = SERVER.matcher(view);
    while (server.find()) {
      String address = server.group(1);
      MongoTrouble symptom = symptom(server.group(3));
      if (symptom == null) {
        members.add(address + " " + state(server.group(2)));
      } else {
        members.add(address + " " + symptom.what());
        symptoms.add(symptom);
      }
    }
    boolean replicaSet = view.contains("{type=REPLICA_SET");
    if (members.isEmpty() || (symptoms.isEmpty() && !view.contains("state=CONNECTED"))) {
      return replicaSet
          ? new MongoTrouble(
              "no server answers as a member of the replica set that MONGODB_URI names"
                  + shown(members),
              SET_NAME)
          : new MongoTrouble("no server answers" + shown(members), LET_IT_RUN);
    }
    if (members.size() == 1) {
      String fix = symptoms.isEmpty() ? fixOfState(view) : symptoms.iterator().next().fix();
      return new MongoTrouble(members.getFirst(), fix);
    }
    return new MongoTrouble(
        "no primary" + shown(members),
        symptoms.isEmpty() ? fixOfState(view) : symptoms.iterator().next().fix());
  }

  private static String shown(List<String> members) {
    if (members.isEmpty()) {
      return "";
    }
    int left = members.size() - MAX_SERVERS;
    return ": "
        + String.join(", ", members.subList(0, Math.min(MAX_SERVERS, members.size())))
        + (left > 0 ? " and " + left + " more" : "");
  }

  private static String state(String type) {
    return switch (type) {
      case "REPLICA_SET_SECONDARY" -> "is a secondary";
      case "REPLICA_SET_ARBITER" -> "is an arbiter";
      case "REPLICA_SET_OTHER" -> "is starting or recovering";
      case "REPLICA_SET_GHOST" -> "has no replica set configuration";
      case "UNKNOWN" -> "has not answered yet";
      default -> "is " + type;
    };
  }

  private static String fixOfState(String view) {
    return view.contains("REPLICA_SET_GHOST")
        ? "run rs.initiate() on it, or wait until the replica set adds it"
        : "look at rs.status(): a majority of the members must be up to elect a primary";
  }

  /** Explains a text of the driver or of the JDK about one server; null if it is unknown. */
  private static @Nullable MongoTrouble symptom(String text) {
    Matcher srv = SRV.matcher(text);
    Matcher set = OTHER_SET.matcher(text);
    Matcher host = HOST.matcher(text);
    if (srv.find()) {
      return srv(srv.group(1));
    }
    if (set.find()) {
      return new MongoTrouble(
          "is a member of replica set '%s', and MONGODB_URI asks for '%s'"
              .formatted(set.group(1), set.group(2)),
          SET_NAME);
    }
    if (host.find()) {
      return new MongoTrouble(
          "the host name " + host.group(1) + " does not resolve",
          "check the name in MONGODB_URI and this machine's DNS");
    }
    if (text.contains("Connection refused")) {
      return new MongoTrouble("connection refused", LET_IT_RUN);
    }
    if (text.contains("PKIX") || text.contains("certificate_unknown")) {
      return new MongoTrouble(
          "the server's TLS certificate is not signed by an authority that is trusted here",
          "set MONGODB_TLS_CA_FILE to the certificate of its authority");
    }
    if (text.contains("No subject alternative") || text.contains("No name matching")) {
      return new MongoTrouble(
          "the server's TLS certificate is for another host name",
          "use a host name of the certificate in MONGODB_URI");
    }
    if (text.contains("SSLException") || text.contains("SSLHandshakeException")) {
      return new MongoTrouble(
          "the TLS handshake failed",
          "check that the server speaks TLS, its certificate and tls= in MONGODB_URI");
    }
    if (text.contains("ClosedChannelException")) {
      return new MongoTrouble(
          "the server closed the connection during the TLS handshake",
          "it seems to speak no TLS: remove tls=true from MONGODB_URI and MONGODB_TLS_CA_FILE, or"
              + " turn TLS on there");
    }
    if (text.contains("Prematurely reached end of stream") || text.contains("Connection reset")) {
      return new MongoTrouble(
          "the server closed the connection",
          "it may accept TLS only (add tls=true to MONGODB_URI), reject this address, or be"
              + " shutting down; its log says which");
    }
    if (text.contains("reply message length") || text.contains("Unexpected reply")) {
      return new MongoTrouble(
          "what answers there is not MongoDB", "check host and port in MONGODB_URI");
    }
    if (text.contains("SocketTimeoutException")
        || text.contains("Timeout opening socket")
        || text.contains("Timeout while receiving message")) {
      return new MongoTrouble(
          "did not answer in time", "check the network and firewalls between here and there");
    }
    if (text.contains("NoRouteToHostException") || text.contains("Network is unreachable")) {
      return new MongoTrouble(
          "the network does not lead there", "check host in MONGODB_URI, and the network");
    }
    return null;
  }

  private static MongoTrouble srv(String name) {
    return new MongoTrouble(
        "DNS has no SRV record " + name,
        "check the name after mongodb+srv:// in MONGODB_URI, and this machine's DNS");
  }

  private static String numbered(MongoServerException answer) {
    String name = answer instanceof MongoCommandException command ? command.getErrorCodeName() : "";
    return "(error %d%s)".formatted(answer.getCode(), name.isEmpty() ? "" : " " + name);
  }

  private static String serverText(MongoServerException answer) {
    return answer instanceof MongoCommandException command
        ? command.getErrorMessage()
        : String.valueOf(answer.getMessage());
  }

  private static String chain(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      text.append(each.getClass().getName()).append(": ").append(each.getMessage()).append('\n');
    }
    return text.toString();
  }

  private static <T extends MongoException> @Nullable T find(Throwable failure, Class<T> type) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
    }
    return null;
  }
}
